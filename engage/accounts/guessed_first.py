"""Words that passwords typed in China and in offices are made of, beside the 30,000 that zxcvbn brings.

Sources: the most frequent passwords and stems of Li, Han and Xu, "A Large-Scale Empirical Analysis of Chinese
Web Passwords" (USENIX Security 2014) and Wang et al., "Birthday, Name and Bifacial-security" (USENIX Security
2019); the hundred most frequent surnames; words of this field.
"""

from __future__ import annotations

import re

STEMS: frozenset[str] = frozenset(
    """
    password passw0rd p@ssword p@ssw0rd admin administrator root welcome letmein iloveyou qwerty
    asdfgh zxcvbn qazwsx qwe qwer qweasd qweasdzxc asd asdf zxc zxcv 1qaz2wsx 1qaz2wsx3edc 1qaz@wsx
    zaq12wsx qazwsxedc !qaz@wsx !qaz2wsx qwe123 qwe!@# 1q2w3e4r 1q2w3e4r5t !q2w3e4r a1b2c3d4
    changeme default monkey dragon sunshine princess football baseball superman master hello secret
    login guest test user abc abcd abcdef 123456 12345678 123456789 1234567890 123123 123321 111111
    000000 112233 121212 147258 147258369 159357 159753 789456 654321 987654321 666666 888888 999999
    5201314 1314520 520520 521521 1314521 7758521 7758258 584520 131452 110110 112112 aa123456
    a123456 abc123 abc@123 aa@123 q1w2e3 admin@123 admin123 test@123 woaini woaini520 woaini1314
    woaini521 aini aiwoma woainima woaiwojia woaizhongguo woshishui woshi wode tamade caonima nimade
    nihao nihaoma zaijian xiexie mima wodemima mimamima kouling denglu yonghu ceshi guanli
    guanliyuan guanlixitong bangong gongzuo danwei zhongguo zhonghua china beijing shanghai
    guangzhou shenzhen chongqing tianjin nanjing hangzhou chengdu wuhan xian suzhou qingdao dalian
    shandong jiangxi jiangsu zhejiang guangdong sichuan henan hebei hunan hubei anhui fujian shanxi
    shaanxi yunnan guangxi liaoning zhengfu zhengwu gongkai zhengwugongkai zhutiri renmin
    renminzhengfu weiren weirenminfuwu fuwu dangjian gongchandang xuexi xuexiqiangguo qiangguo gov
    government engage openness minzheng jiaoyu caizheng gongan huawei xiaomi taobao alipay weixin
    wechat tencent baidu qq163 jiayou facai gongxi gongxifacai fuguipingan pingan kuaile xinnian
    xinniankuaile shengri shengrikuaile baobao baobei laopo laogong mama baba xiaoming wangwei
    wangfang liwei lina zhangwei zhangmin zhangli wangli liuwei liyang wangjing zhangjing lijing
    zhang wang liu chen yang huang zhao zhou sun zhu guo lin luo zheng liang xie tang feng deng cao
    peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren shen yao cui zhong
    tan fan jin shi liao jia xia fu fang zou xiong bai meng qin qiu hou yan long wan duan lei qian
    yin hao kong shao mao chang zhangsan lisi wangwu zhaoliu zhangsanfeng ming jing hong jun min
    ping hua qiang jie juan yong tao chao xiu ying mei dan ling bo bin gang bu zhi zhidao buzhidao
    wo ren zui shuai tai hen da de ta women dearbook tianwang qwe123 qwe123!@# !@# !@#$ !@#$%^
    !@#$%^&* spring summer autumn winter spring2026 mypassword password1 ihate thisismy li
    一二三 一二三四五六七八九十 密码 我的密码 管理员 政务 公开 政务公开 主题日
    政务公开主题日 人民政府 市政府 为人民服务 我爱你 我爱中国 中国 北京 上海 你好
    新年快乐 生日快乐 恭喜发财 登录 测试 用户 一二三四五六七八九十甲乙
    """.split()  # noqa: SIM905
)
# A name or a sentence of a few of them.
FEW_STEMS = re.compile(
    "(?:" + "|".join(re.escape(stem) for stem in sorted(STEMS, key=len, reverse=True)) + "){1,4}"
)
